/// An hour at the terminal with a cache: what is typed and what is answered; `{cas}` is the number
/// that was shown last.
enum UsualSession {
    static let steps: [(sent: String, expected: String)] = [
        ("set testkey 0 60 11\r\nhello world\r\n", "STORED\r\n"),
        ("get testkey\r\n", "VALUE testkey 0 11\r\nhello world\r\nEND\r\n"),
        ("delete testkey\r\n", "DELETED\r\n"),
        ("add testkey 0 60 2\r\nhi\r\n", "STORED\r\n"),
        ("add testkey 0 60 11\r\nhello world\r\n", "NOT_STORED\r\n"),
        ("replace testkey 0 60 5\r\nhello\r\n", "STORED\r\n"),
        ("append testkey 0 60 6\r\n world\r\n", "STORED\r\n"),
        ("prepend testkey 0 60 4\r\nsay \r\n", "STORED\r\n"),
        ("get testkey\r\n", "VALUE testkey 0 15\r\nsay hello world\r\nEND\r\n"),
        ("gets testkey\r\n", "VALUE testkey 0 15 {cas}\r\nsay hello world\r\nEND\r\n"),
        ("cas testkey 0 60 8 {cas}\r\nshanghai\r\n", "STORED\r\n"),
        ("cas testkey 0 60 8 {cas}\r\nshanghai\r\n", "EXISTS\r\n"),
        ("get testkey\r\n", "VALUE testkey 0 8\r\nshanghai\r\nEND\r\n"),
        ("flush_all\r\n", "OK\r\n"),
        ("get testkey\r\n", "END\r\n"),
    ]
}
