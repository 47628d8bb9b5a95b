//! The layer table of `model.summary()`.

use std::fmt::Write;
use std::rc::Rc;

use keramos_ir::as_tuple;

use super::layout;
use crate::interp::Interp;
use crate::keras::layer::LayerObject;
use crate::keras::models;

/// The table as text; `None` if the model's shapes are not known.
pub fn summary(interp: &mut Interp, model: &Rc<LayerObject>) -> Option<String> {
    let graph = models::graph_of(interp, model).ok().flatten()?;
    let rows = layout::rows(interp, model, &graph);
    let mut cells =
        vec![["Layer (type)".to_owned(), "Output Shape".to_owned(), "Param #".to_owned(), "Connected to".to_owned()]];
    for row in &rows {
        let shapes: Vec<String> = row.outputs.iter().map(|(shape, _)| as_tuple(shape).to_string()).collect();
        let name = format!("{} ({})", row.name, row.class);
        cells.push([name, shapes.join(", "), thousands(row.params), row.connected_to.join(", ")]);
    }
    let width = |column: usize| cells.iter().map(|c| c[column].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2)];
    let mut text = format!("Model: \"{}\"\n", model.name());
    for (i, [name, shape, params, inputs]) in cells.iter().enumerate() {
        // Formatting by a width would panic where a name is longer than 65,535 characters.
        let blanks = |column: usize, text: &str| " ".repeat(widths[column].saturating_sub(text.chars().count()));
        let (after_name, after_shape) = (blanks(0, name), blanks(1, shape));
        let line = format!("{name}{after_name}  {shape}{after_shape}  {}{params}  {inputs}", blanks(2, params));
        let _ = writeln!(text, " {}", line.trim_end());
        if i == 0 {
            let _ = writeln!(text, " {}", "─".repeat(widths.iter().sum::<usize>() + 18));
        }
    }
    let ids = super::assemble::weights(interp, model);
    let total: usize = ids.iter().map(|&id| interp.variables.get(id).ty.size()).sum();
    let trained: usize = model.trainable_weights(interp).iter().map(|&id| interp.variables.get(id).ty.size()).sum();
    let _ = writeln!(text, " Total params: {}", thousands(total));
    let _ = writeln!(text, " Trainable params: {}", thousands(trained));
    let _ = writeln!(text, " Non-trainable params: {}", thousands(total - trained));
    Some(text)
}

/// 1234567 → 1,234,567.
fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
