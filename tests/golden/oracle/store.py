"""Writes the data files: npz archives whose bytes depend on their content alone."""

import io
import json
import pathlib
import zipfile

import numpy as np

_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_npz(path: pathlib.Path, meta: dict, arrays: dict) -> int:
    """Write `arrays` and, as the UTF-8 bytes of a uint8 array named `meta`, the JSON of `meta`. Returns the file size."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(meta, sort_keys=True).encode()
    arrays = {"meta": np.frombuffer(text, np.uint8), **arrays}
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, np.ascontiguousarray(array).reshape(np.shape(array)), allow_pickle=False)
            info = zipfile.ZipInfo(name + ".npy", date_time=_EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, buffer.getvalue(), compresslevel=9)
    return path.stat().st_size


def read_meta(path: pathlib.Path) -> dict:
    """The `meta` document of a data file."""
    with np.load(path) as data:
        return json.loads(bytes(data["meta"]).decode())
