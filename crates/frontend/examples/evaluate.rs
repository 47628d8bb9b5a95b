//! Evaluates programs and tells what each printed, for comparison with CPython; `fuzz/cpython/compare.py` uses it.
//!
//! Standard input holds one JSON object a line, `{"name": …, "text": …}`; standard output gets
//! `{"name": …, "output": …, "errors": [{"code": …, "message": …, "line": …}]}` for each, in order.

use std::io::{self, BufRead, Write};

use keramos_frontend::diagnostics::Source;
use keramos_frontend::interp::{Options, run};
use serde_json::{Value, json};

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let program: Value = serde_json::from_str(&line?)?;
        let field = |name: &str| program.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let evaluated = run(&Source::new(field("name"), field("text")), Options::default());
        let place = |start| evaluated.interp.source.location(start).line;
        let errors: Vec<Value> = evaluated
            .diagnostics()
            .iter()
            .filter(|diagnostic| diagnostic.is_error())
            .map(|diagnostic| {
                json!({
                    "code": diagnostic.code.to_string(),
                    "message": diagnostic.message,
                    "line": diagnostic.span().map(|span| place(span.start)),
                })
            })
            .collect();
        let told = json!({"name": field("name"), "output": evaluated.output(), "errors": errors});
        writeln!(out, "{told}")?;
        out.flush()?;
    }
    Ok(())
}
