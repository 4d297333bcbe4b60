// Predicts with onnxruntime-web, offline: node onnx_check.mjs MODEL INPUTS
// INPUTS is a JSON array of rows of ten numbers; the answers are printed as one.
// The environment variable MLBENCH_ONNXRUNTIME_DIR names a folder in which
// 'npm install onnxruntime-web@1.30.0' was run.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.env.MLBENCH_ONNXRUNTIME_DIR, "package.json"));
const ort = require("onnxruntime-web");
ort.env.wasm.numThreads = 1;

const [model, inputs] = process.argv.slice(2);
const rows = JSON.parse(readFileSync(inputs, "utf8"));
const session = await ort.InferenceSession.create(readFileSync(model));
const features = new ort.Tensor("float32", Float32Array.from(rows.flat()), [rows.length, 10]);
const { prediction } = await session.run({ features });
if (prediction.dims.join() !== `${rows.length},1`) {
  throw new Error(`the output has shape ${prediction.dims}, not ${rows.length},1`);
}
console.log(JSON.stringify(Array.from(prediction.data)));
