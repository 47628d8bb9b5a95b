"""One data file: texts of modules, cases, and arrays packed into one block of bytes."""

import io
import json
import zipfile

import jax.numpy as jnp
import numpy as np

from .values import SHORT


class Store:
    def __init__(self):
        self.modules, self.cases, self.tensors = [], [], []
        self.index, self.block = {}, io.BytesIO()
        self.without = []

    def module(self, name, text):
        """Adds a module; cases refer to it by the number returned."""
        self.modules.append({"name": name, "text": text})
        return len(self.modules) - 1

    def tensor(self, array):
        """The number of an array, which is stored once however often it occurs."""
        array = np.asarray(jnp.asarray(array))
        raw = np.ascontiguousarray(array).tobytes()
        kind = (SHORT[array.dtype.name], array.shape, raw)
        if kind not in self.index:
            self.index[kind] = len(self.tensors)
            self.tensors.append([kind[0], list(array.shape), self.block.tell()])
            self.block.write(raw)
        return self.index[kind]

    def case(self, name, module, entry, args, results, tolerance, reason, subject=None):
        """Adds a case. `subject` tells what it shows of a row: the row's name, the kind, the variant, whether it is the twin under jit."""
        case = {"name": name, "module": module, "entry": entry, "args": [self.tensor(a) for a in args],
                "results": [self.tensor(r) for r in results]}
        if tolerance is not None:
            case["tolerance"] = tolerance
            case["reason"] = reason
        if subject is not None:
            case["subject"] = subject
        self.cases.append(case)

    def write(self, path):
        """Writes the file; its bytes depend on its content alone."""
        meta = {"modules": self.modules, "cases": self.cases, "tensors": self.tensors, "not_in_jax": self.without}
        text = json.dumps(meta, separators=(",", ":"))
        arrays = {"meta": np.frombuffer(text.encode(), np.uint8), "data": np.frombuffer(self.block.getvalue(), np.uint8)}
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for name, array in arrays.items():
                file = io.BytesIO()
                np.lib.format.write_array(file, array, version=(1, 0))
                info = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, file.getvalue())
        return path.stat().st_size
