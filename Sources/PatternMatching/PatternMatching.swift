// PatternMatching: regular expressions as nginx and Tomcat users write them, by Debian's PCRE2.
//
// `Pattern` is compiled once, with the just-in-time compiler where it is available, and shared by
// all threads; a match borrows the subject's bytes and gives back ranges in it. It refuses to run
// for ever: each match has a step limit, and reaching it is an error the caller sees, never a hang.
//
//     Pattern.compile("^/(\\w+)\\.jsp$", options: .ignoresCase)
//         .firstMatch(in: bytes) ─► PatternMatch { [0] = 0..<9, [1] = 1..<5 }
