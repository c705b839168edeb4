import Base
import ExpressionLanguage
import TestSupport
import Testing

@testable import PageTemplates

/// Pages and what they write, as Jasper and Java have it.
struct PageTests {
    @Test(
        arguments: [
            ("<%= 1 + 2 * 3 %>", "7"), ("<%= 7 / 2 %> <%= -7 / 2 %> <%= -7 % 3 %>", "3 -3 -1"),
            ("<%= 7 / 2.0 %>", "3.5"), ("<%= 1 + \"a\" + 2 + 3 %>", "1a23"),
            ("<%= 'a' + 1 %> <%= (char) ('a' + 1) %> <%= \"\" + 'a' + 1 %>", "98 b a1"),
            ("<%= Integer.MAX_VALUE + 1 %>", "-2147483648"),
            ("<%= 2147483648L %> <%= 1L << 40 %> <%= -1 >>> 28 %>", "2147483648 1099511627776 15"),
            (
                "<%= 1.0 %> <%= 1e10 %> <%= 0.001 %> <%= 1e-4 %> <%= 100.0/3 %>",
                "1.0 1.0E10 0.001 1.0E-4 33.333333333333336"
            ),
            ("<%= true && !false || 1 > 2 %>", "true"), ("<%= 3 > 2 ? \"yes\" : \"no\" %>", "yes"),
            ("<%= (int) 3.99 %> <%= (int) -3.99 %> <%= (byte) 200 %>", "3 -3 -56"),
            ("<% int i = 5; i += 2.7; out.print(i); %>", "7"),
            ("<% int i = 1; i = i++ + ++i; %><%= i %>", "4"),
            ("<%= \"abc\".length() + \"abc\".charAt(1) %>", "101"),
            ("<%= \"Hello\".substring(1, 3).toUpperCase() %>", "EL"),
            ("<%= \"a,b,,c,,\".split(\",\").length %>", "4"),
            (
                "<%= String.format(\"%05d|%-5s|%.2f|%x|%,d\", 42, \"ab\", 2.345, 255, 1234567) %>",
                "00042|ab   |2.35|ff|1,234,567"
            ),
            ("<%= Integer.parseInt(\"12\") + Math.max(3, 4) + Math.abs(-5) %>", "21"),
            ("<%= new java.util.ArrayList<String>().isEmpty() %>", "true"),
            ("<%= null %>", "null"), ("<%= 10 == 10.0 %>", "true"),
            ("<%= \"x\" instanceof String %>", "true"),
        ] as [(String, String)])
    func evaluates(page: String, expected: String) { #expect(render(page) == expected) }

    @Test(
        arguments: [
            ("<% for (int i = 0; i < 3; i++) { %>a<%= i %> <% } %>", "a0 a1 a2 "),
            ("<% int n = 3; while (n > 0) { n--; if (n == 1) continue; %><%= n %><% } %>", "20"),
            ("<% do { out.print(1); } while (false); %>", "1"),
            ("<% for (String s : new String[] {\"x\", \"y\"}) { %>[<%= s %>]<% } %>", "[x][y]"),
            (
                "<% outer: for (int i = 0; i < 3; i++) for (int j = 0; j < 3; j++) { if (j == 1) "
                    + "continue outer; if (i == 2) break outer; out.print(i); } %>", "01"
            ),
            (
                "<% switch (2) { case 1: out.print(1); case 2: out.print(2); "
                    + "case 3: out.print(3); break; "
                    + "default: out.print(9); } %>", "23"
            ),
            (
                "<% switch (\"b\") { case \"a\" -> out.print(1); case \"b\", "
                    + "\"c\" -> out.print(2); "
                    + "default -> out.print(3); } %>", "2"
            ),
            (
                "<% try { int x = 1 / 0; } catch (ArithmeticException e) { "
                    + "%><%= e.getMessage() %><% } "
                    + "finally { out.print(\"!\"); } %>", "/ by zero!"
            ),
            (
                "<% try { throw new IllegalStateException(\"no\"); } catch (RuntimeException e) "
                    + "{ out.print(e); } %>", "java.lang.IllegalStateException: no"
            ),
            ("<%! int twice(int n) { return n * 2; } %><%= twice(twice(3)) %>", "12"),
            (
                "<%! int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n "
                    + "- 2); } %><%= fib(10) %>",
                "55"
            ),
            ("<% if (true) { %>a<% } else { %>b<% } %>", "a"),
            ("a<% if (true) return; %>b", "a"), ("a<%-- no --%>b", "ab"),
            ("<\\% %\\> \\${x} <%% ", "<% %\\> ${x} <% "),
            ("<%@ include file=\"part.jspf\" %>!", "part2!"),
            (
                "<jsp:include page=\"x.jsp\"><jsp:param name=\"a\" "
                    + "value=\"<%= 1 + 1 %>\"/></jsp:include>",
                "[x.jsp?a=2]"
            ),
            (
                "<% StringBuilder b = new StringBuilder(); "
                    + "b.append(1).append('x'); %><%= b.reverse() %>",
                "x1"
            ),
            (
                "<% java.util.Map<String, Integer> m = new java.util.HashMap<String, Integer>(); "
                    + "m.put(\"two\", 2); m.put(\"one\", 1); m.put(\"three\", 3); %><%= m %>",
                "{one=1, two=2, three=3}"
            ),
            ("<% int[] a = new int[3]; a[1] += 5; for (int v : a) out.print(v); %>", "050"),
            ("<%= new java.util.Date(0L) %>", "Thu Jan 01 00:00:00 UTC 1970"),
        ] as [(String, String)])
    func executes(page: String, expected: String) { #expect(render(page) == expected) }

    @Test(arguments: [
        ("${1 + 2}", "3"), ("${7 / 2}", "3.5"), ("${empty x}", "true"), ("${'a' += 'b'}", "ab"),
        ("${not true or 2 gt 1}", "true"), ("${x.y.z}", ""), ("${10 mod 3}", "1"),
        ("${sessionScope.n == 3 ? 'three' : 'other'}", "three"), ("${name}", "Ada"),
        ("${list[1]}", "b"), ("${map['k']}", "v"), ("${map.k}", "v"), ("${'${'}", "${"),
        ("<%@ page isELIgnored=\"true\" %>${x}", "${x}"),
    ])
    func evaluatesExpressionLanguage(page: String, expected: String) {
        let host = TestHost()
        host.session.attributes["n"] = .int(3)
        host.attributes["name"] = .string("Ada")
        host.attributes["list"] = .list(ListObject([.string("a"), .string("b")]))
        let map = MapObject(order: .hashed)
        map.put(.string("k"), .string("v"))
        host.attributes["map"] = .map(map)
        #expect(render(page, host: host) == expected)
    }

    @Test(
        arguments: [
            ("a\n  <% int x = ; %>", "page.jsp:2:14: expected an expression, found ';'"),
            ("<%= unknwon %>", "page.jsp:1:5: there is no variable or class unknwon"),
            (
                "<% sesion.getId(); %>",
                "page.jsp:1:4: there is no variable or class sesion; did you mean session?"
            ),
            ("<% if (true) { %>", "page.jsp:1:14: this { is never closed"),
            ("<% } %>", "page.jsp:1:4: this } closes nothing"),
            ("x<% ", "page.jsp:1:2: the scripting element has no end; expected %>"),
            (
                "<%@ page sesion=\"true\" %>",
                "page.jsp:1:10: unknown attribute sesion of the page "
                    + "directive; did you mean session?"
            ),
            (
                "<%@ page session=\"false\" %><%= session %>",
                "page.jsp:1:32: this page has no session: its page directive says session=\"false\""
            ),
            (
                "\n<%= session.getIdd() %>",
                "page.jsp:2:13: java.lang.NoSuchMethodException: "
                    + "jakarta.servlet.http.HttpSession has no "
                    + "method getIdd; did you mean getId?"
            ),
            (
                "<% String s = null; %>\n<%= s.length() %>",
                "page.jsp:2:7: java.lang.NullPointerException: Cannot invoke "
                    + "\"length()\" because it is null"
            ),
            ("<%= 1 / 0 %>", "page.jsp:1:7: java.lang.ArithmeticException: / by zero"),
            ("${1 +}", "page.jsp:1:6: expected an expression, found the end of the expression"),
            ("<% int i = 0; int i = 1; %>", "page.jsp:1:19: the variable i is declared already"),
            ("<%@ include file=\"none.jspf\" %>", "page.jsp:1:19: there is no file none.jspf"),
        ] as [(String, String)])
    func saysWhereAMistakeIs(page: String, expected: String) { #expect(render(page) == expected) }

    @Test func aLoopThatNeverEndsIsStopped() {
        var limits = PageLimits()
        limits.stepCountMax = 10_000
        let message = render("\n<% while (true) { } %>", limits: limits)
        #expect(
            message.hasPrefix("page.jsp:2:4: java.lang.Error: the page was stopped after 10000"))
        let caught = render("<% try { for (;;) ; } catch (Throwable t) { } %>", limits: limits)
        #expect(caught.contains("was stopped after"))
    }

    @Test func limitsHoldForOutputDepthAndStrings() {
        var limits = PageLimits()
        limits.outputByteCountMax = 1_000
        #expect(
            render("<% for (;;) out.print(\"xxxx\"); %>", limits: limits).contains("1000 bytes"))
        #expect(
            render("<%! int f(int n) { return f(n + 1); } %><%= f(0) %>").contains("StackOverflow"))
        #expect(render("<% String s = \"x\"; for (;;) s += s; %>").contains("OutOfMemory"))
    }

    @Test func fieldsAreSharedByTheRunsOfAPage() throws {
        let page = try CompiledPage(
            name: "p", bytes: Array("<%! int hits = 5; %><%= ++hits %>".utf8)
        ) { _, _ in nil }
        let output = ByteBuffer()
        for _ in 0..<3 { try page.run(host: TestHost(), into: output) }
        #expect(output.bytes.makeString() == "678")
    }

    @Test func theSeedsPageUsesTheSession() {
        let host = TestHost()
        let page = """
            <%@ page language="java" %>
            <% session.setAttribute("stu31.com","stu31.com");%>
            <td><%= session.getId() %></td><td><%= session.getCreationTime() %></td>
            """
        #expect(render(page, host: host) == "\n\n<td>0123-n1</td><td>7</td>")
        #expect(host.session.attributes["stu31.com"]?.text == "stu31.com")
    }

    @Test func noTruncationOfAPageCrashes() {
        let page = """
            <%@ page import="java.util.*" %><%! int f(int a) { return a; } %>
            <% for (int i = 0; i < 2; i++) { %>${empty x ? 'a' : "b"}
            <jsp:include page="a${1}"/><% } %>
            <%= (String) "x" + f(1) + new ArrayList<Map<String, Integer>>() %>
            """
        let bytes = Array(page.utf8)
        for end in 0...bytes.count {
            _ = render(String(decoding: bytes[..<end], as: UTF8.self))
        }
        var random = TestSeed().generator
        for _ in 0..<2_000 {
            var changed = bytes
            for _ in 0..<3 {
                changed[Int.random(in: 0..<changed.count, using: &random)] =
                    UInt8.random(in: 32...126, using: &random)
            }
            _ = render(String(decoding: changed, as: UTF8.self))
        }
    }

    @Test func errorsAreShownWithTheLineACaretAndNothingUnescaped() throws {
        let error = try #require(throws: PageError.self) {
            _ = try CompiledPage(name: "a<b>.jsp", bytes: Array("<b>\n  <%= 1 + %>\n".utf8)) {
                _, _ in nil
            }
        }
        let output = ByteBuffer()
        error.appendHTML(to: output)
        let html = output.bytes.makeString()
        #expect(html.contains("a&lt;b&gt;.jsp:2:"))
        #expect(html.contains("  &lt;%= 1 + %&gt;"))
        #expect(html.contains("^</span>"))
        #expect(!html.contains("<b>"))
    }
}
