"""Which programs there are, and what is noted of each."""

from dataclasses import dataclass, field
from typing import Callable, Optional


@dataclass
class Program:
    """`rows` and `steps` say how much `fit` sees.

    A program that trains by a function of its own names it as `step`; `logs` takes from the results of a call the
    numbers by the names that Keramos gives them. `known` are places among the arrays that the step gets of those that the file makes of
    constants: Keramos does not ask for them. `calls` are functions whose first call is noted.
    """

    steps: int = 3
    step: Optional[str] = None
    logs: Optional[Callable] = None
    known: tuple = ()
    calls: list = field(default_factory=list)
    tolerance: float = 1e-4
    reason: str = ""


PROGRAMS = {
    "mlp_mnist": Program(),
    "cnn_mnist": Program(),
    "resnet_cifar": Program(),
    "vit": Program(),
    "unet": Program(),
    "lstm_text": Program(),
    "translation": Program(),
    "minigpt": Program(),
    "gan": Program(step="train_step", logs=lambda r: r[0]),
    "siamese": Program(),
    "mixture_of_experts": Program(),
    "graph_convolution": Program(calls=["update", "predict"]),
    "pinn": Program(step="train_step", logs=lambda r: r[2]),
    "meta_learning": Program(step="meta_step", logs=lambda r: {"loss": r[2]}),
    "private_sgd": Program(step="step", logs=lambda r: r[2]),
    "vae": Program(),
    "diffusion": Program(step="train_step", logs=lambda r: {"loss": r[3]}, calls=["sample"]),
    "nerf": Program(step="train_step", logs=lambda r: r[0], known=(0,)),
    "neural_ode": Program(step="train_step", logs=lambda r: {"loss": r[2]}),
    "hessian": Program(calls=["hvp", "hvp_reverse", "top_eigenvalue", "newton_step", "full_hessian"]),
}
"""Name below `examples/` → what is noted."""
