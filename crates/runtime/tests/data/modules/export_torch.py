"""Exports a small PyTorch module through torchax, which traces it with JAX: StableHLO as text and as a portable artifact."""

import re

import jax
import numpy as np
import torch
from torchax.export import exported_program_to_stablehlo

jax.config.update("jax_hlo_source_file_canonicalization_regex", ".*/")
torch.manual_seed(0)


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(1, 2, 3)
        self.norm = torch.nn.LayerNorm(2 * 4 * 4)
        self.dense = torch.nn.Linear(2 * 4 * 4, 3)

    def forward(self, images):
        features = torch.nn.functional.gelu(self.conv(images))
        return torch.log_softmax(self.dense(self.norm(features.flatten(1))), dim=-1)


network = Network().eval()
images = torch.randn(2, 1, 6, 6)
weights, exported = exported_program_to_stablehlo(torch.export.export(network, (images,)))
text = re.sub(r"^#loc.*\n| loc\([^()]*(\([^()]*\))*[^()]*\)", "", str(exported.mlir_module()), flags=re.M)
with open("torch.mlir", "w") as file:
    file.write(text)

with open("torch.mlirbc", "wb") as file:
    file.write(exported.mlir_module_serialized)

arguments = [np.asarray(value) for value in weights] + [images.numpy()]
arrays = {str(i): array for i, array in enumerate(arguments)}
np.savez("torch.npz", **arrays, result_0=network(images).detach().numpy())
