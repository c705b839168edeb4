// ExpressionLanguage: the values that pages work with, and `${…}`.
//
//   Values/        Value (what a Java variable can hold here), lists, maps, host objects, text
// forms
//   Expressions/   lexer, parser, tree and evaluator of `${…}` (Jakarta Expression Language 5.0,
//                  without lambdas, streams and assignment)
//
// Pure: names are resolved by whoever evaluates (`NameResolver`), nothing is read or written here.
// Mistakes are `ScriptFailure`s with the place in the page.
