"""The MiniLM network written as an ONNX graph from its published tensors: no torch, only onnx.helper. Build time only.

BERT, 6 layers, 12 heads, 384 wide. Takes `input_ids` and `attention_mask` (int64, batch x tokens), gives `hidden`
(float32, batch x tokens x 384); pooling is the embedder's. Checked against a plain numpy forward pass in the tests.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

LAYERS, HEADS, WIDTH = 6, 12, 384
HEAD_WIDTH = WIDTH // HEADS
OPSET = 20  # the first with Gelu
LAYER_NORM_EPSILON = 1e-12  # config.json of the model


class GraphWriter:
    """Collects nodes and constants; each `add` returns the name of what it computes."""

    def __init__(self, tensors: Mapping[str, npt.NDArray[np.float32]]) -> None:
        self.tensors = tensors
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def add(self, op: str, *inputs: str, **attributes: Any) -> str:
        output = f"{op.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, list(inputs), [output], name=output, **attributes))
        return output

    def constant(self, name: str, array: npt.NDArray[np.generic]) -> str:
        self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(array), name)
        return name

    def weight(self, name: str, *, transposed: bool = False) -> str:
        tensor = self.tensors[name]
        return self.constant(name, tensor.T if transposed else tensor)

    def dense(self, value: str, name: str) -> str:
        product = self.add("MatMul", value, self.weight(f"{name}.weight", transposed=True))
        return self.add("Add", product, self.weight(f"{name}.bias"))

    def layer_norm(self, value: str, name: str) -> str:
        scale, shift = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.add("LayerNormalization", value, scale, shift, axis=-1, epsilon=LAYER_NORM_EPSILON)

    def embeddings(self) -> str:
        words = self.add("Gather", self.weight("embeddings.word_embeddings.weight"), "input_ids")
        # Slice, not Range and Gather: onnxruntime 1.31.1 stops at the latter with "Starts must be a 1-D array".
        tokens = self.add("Shape", "input_ids", start=1, end=2)
        table = self.weight("embeddings.position_embeddings.weight")
        positions = self.add("Slice", table, self.constant("zero", np.array([0], np.int64)), tokens, "zero")
        sentence = self.constant("sentence_a", self.tensors["embeddings.token_type_embeddings.weight"][0])
        return self.layer_norm(self.add("Add", self.add("Add", words, positions), sentence), "embeddings.LayerNorm")

    def heads(self, value: str, order: tuple[int, int, int, int]) -> str:
        shape = self.constant("split", np.array([0, 0, HEADS, HEAD_WIDTH], np.int64))
        return self.add("Transpose", self.add("Reshape", value, shape), perm=list(order))

    def layer(self, value: str, name: str, bias: str) -> str:
        attention = f"{name}.attention"
        query = self.heads(self.dense(value, f"{attention}.self.query"), (0, 2, 1, 3))
        key = self.heads(self.dense(value, f"{attention}.self.key"), (0, 2, 3, 1))
        worth = self.heads(self.dense(value, f"{attention}.self.value"), (0, 2, 1, 3))
        scale = self.constant("scale", np.array(HEAD_WIDTH**-0.5, np.float32))
        scores = self.add("Add", self.add("Mul", self.add("MatMul", query, key), scale), bias)
        mixed = self.add("Transpose", self.add("MatMul", self.add("Softmax", scores, axis=-1), worth), perm=[0, 2, 1, 3])
        joined = self.add("Reshape", mixed, self.constant("join", np.array([0, 0, WIDTH], np.int64)))
        value = self.layer_norm(self.add("Add", self.dense(joined, f"{attention}.output.dense"), value), f"{attention}.output.LayerNorm")
        inner = self.add("Gelu", self.dense(value, f"{name}.intermediate.dense"))
        return self.layer_norm(self.add("Add", self.dense(inner, f"{name}.output.dense"), value), f"{name}.output.LayerNorm")

    def attention_bias(self) -> str:
        """0 where a token counts, -10000 where it is padding, shaped to be added to the scores."""
        mask = self.add("Cast", "attention_mask", to=TensorProto.FLOAT)
        mask = self.add("Unsqueeze", mask, self.constant("head_and_query", np.array([1, 2], np.int64)))
        absent = self.add("Sub", self.constant("one", np.array(1, np.float32)), mask)
        return self.add("Mul", absent, self.constant("far_below", np.array(-10000, np.float32)))


def minilm_graph(tensors: Mapping[str, npt.NDArray[np.float32]]) -> onnx.ModelProto:
    """The whole network as a checked model. Raises KeyError when a tensor is missing."""
    graph = GraphWriter(tensors)
    value, bias = graph.embeddings(), graph.attention_bias()
    for index in range(LAYERS):
        value = graph.layer(value, f"encoder.layer.{index}", bias)
    graph.nodes.append(helper.make_node("Identity", [value], ["hidden"]))
    tokens = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"]) for name in ("input_ids", "attention_mask")]
    hidden = helper.make_tensor_value_info("hidden", TensorProto.FLOAT, ["batch", "tokens", WIDTH])
    model = helper.make_model(
        helper.make_graph(graph.nodes, "minilm", tokens, [hidden], list(graph.constants.values())),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=10,
        producer_name="homeview",
    )
    onnx.checker.check_model(model)
    return model
