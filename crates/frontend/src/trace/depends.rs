//! What a traced tensor was computed from.

use super::{Tensor, Tracer};

impl Tracer {
    /// Whether `tensor` was computed from `source`, a tensor of the same or an outer function that is being traced.
    pub fn depends(&self, tensor: &Tensor, source: &Tensor) -> bool {
        let Some(frame) = self.frames.iter().find(|frame| frame.id == tensor.frame) else { return false };
        let function = frame.builder.function();
        let mut needed = vec![false; function.num_values()];
        needed[tensor.value.index()] = true;
        for equation in function.equations.iter().rev() {
            if equation.outputs.iter().any(|output| needed[output.index()]) {
                equation.inputs.iter().for_each(|input| needed[input.index()] = true);
            }
        }
        if source.frame == tensor.frame {
            return needed[source.value.index()];
        }
        let mut captures = frame.captures.iter().filter(|(_, value)| needed[value.index()]);
        captures.any(|(outer, _)| self.depends(outer, source))
    }
}
