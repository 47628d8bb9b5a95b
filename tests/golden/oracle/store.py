"""Writes the data files: npz archives whose bytes depend on their content alone."""

import io
import json
import pathlib
import zipfile

import numpy as np
import safetensors.numpy

_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_npz(path: pathlib.Path, meta: dict, arrays: dict) -> int:
    """Write `arrays` and, as the UTF-8 bytes of a uint8 array named `meta`, the JSON of `meta`. Returns the file size."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(meta, sort_keys=True).encode()
    _write_members(path, {"meta": np.frombuffer(text, np.uint8), **arrays})
    return path.stat().st_size


def _write_members(path, arrays):
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, np.ascontiguousarray(array).reshape(np.shape(array)), allow_pickle=False)
            info = zipfile.ZipInfo(name + ".npy", date_time=_EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, buffer.getvalue(), compresslevel=9)


def write_checkpoints(model, stem: pathlib.Path, formats: tuple, with_optimizer: bool) -> None:
    """Save a model's weights as `<stem>.weights.h5` (by Keras itself), `<stem>.safetensors`, `<stem>.weights.npz`.

    The last two are keyed by the variables' paths. Keras adds the optimizer's variables of a compiled model to the
    first, unless `with_optimizer` is false.
    """
    if not with_optimizer:
        model.optimizer = None
    stem.parent.mkdir(parents=True, exist_ok=True)
    named = {v.path: np.asarray(v) for v in model.weights}
    if "h5" in formats:
        model.save_weights(f"{stem}.weights.h5")
    if "safetensors" in formats:
        safetensors.numpy.save_file(named, f"{stem}.safetensors")
    if "npz" in formats:
        _write_members(pathlib.Path(f"{stem}.weights.npz"), named)
