// Package model is the regression forest that both subjects serve: train,
// predict, save and load.
//
// It owns the synthetic training problem, the deterministic trainer, the
// prediction, the metadata of what was measured, and the file formats (ONNX
// TreeEnsembleRegressor as the canonical one; LightGBM text and XGBoost JSON as
// exports). It does not own HTTP, request validation or caching.
package model
