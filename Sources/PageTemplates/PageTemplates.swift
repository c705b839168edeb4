// PageTemplates: JSP pages without Java.
//
//   text of a page ─► Lexer/PageLexer    directives, scriptlets, expressions, ${…}, actions, text
//                  ─► Lexer/CodeLexer    the Java-like words of the scripting elements
//                  ─► Parser/            one list of statements in which text is a statement, too,
// so
//                                        that blocks may reach over several scriptlets
//                  ─► Tree/              immutable nodes; locals are slots, names are resolved
//                  ─► CompiledPage.run   writes into a buffer; limits on steps, depth and output
//
// Library/ has the classes that pages use (String, StringBuilder, Math, lists, maps, dates). The
// server gives request, response, session and the rest as host objects (PageHost). Every node knows
// its file, line and column; a mistake is a PageError that shows the line with a caret.
//
// Pure: files come through a loader, time from the host. A page does not suspend.
