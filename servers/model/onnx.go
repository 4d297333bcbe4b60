package model

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
)

// Field numbers of onnx.proto3, by message.
// https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
const (
	modelIRVersion = 1
	modelProducer  = 2
	modelDoc       = 6
	modelGraph     = 7
	modelOpset     = 8
	modelMetadata  = 14

	opsetDomain  = 1
	opsetVersion = 2

	entryKey   = 1
	entryValue = 2

	graphNode   = 1
	graphName   = 2
	graphInput  = 11
	graphOutput = 12

	operatorInput     = 1
	operatorOutput    = 2
	operatorName      = 3
	operatorType      = 4
	operatorAttribute = 5
	operatorDomain    = 7

	attributeName    = 1
	attributeInt     = 3
	attributeString  = 4
	attributeFloats  = 7
	attributeInts    = 8
	attributeStrings = 9
	attributeType    = 20

	valueName   = 1
	valueType   = 2
	typeTensor  = 1
	tensorElem  = 1
	tensorShape = 2
	shapeDim    = 1
	dimValue    = 1
	dimParam    = 2
)

// Values of AttributeProto.AttributeType and TensorProto.DataType.
const (
	kindInt     = 2
	kindString  = 3
	kindFloats  = 6
	kindInts    = 7
	kindStrings = 8
	elemFloat   = 1
)

// irVersion 8 and opset 15 are of ONNX 1.10 (2021): old enough for every runtime,
// new enough for nothing to be deprecated.
const (
	irVersion    = 8
	opsetDefault = 15
	opsetML      = 3
	domainML     = "ai.onnx.ml"
	operator     = "TreeEnsembleRegressor"
	producer     = "mlbench"
)

// Keys of the metadata: Info as JSON, and the SHA-256 of the file before it.
const (
	keyInfo     = "mlbench.info"
	keyChecksum = "mlbench.sha256"
)

// Write writes the forest in ONNX form: any ONNX runtime can serve it, with an
// input "features" of [N,10] float32 and an output "prediction" of [N,1].
func (f *Forest) Write(w io.Writer) error {
	info, err := json.Marshal(f.info)
	if err != nil {
		return fmt.Errorf("write model: %w", err)
	}
	b := f.onnx(info)
	if _, err := w.Write(append(b, seal(b)...)); err != nil {
		return fmt.Errorf("write model: %w", err)
	}
	return nil
}

// seal is the end of a file: one more entry of its metadata, so that the file
// stays plain ONNX, with the checksum of every byte before it.
func seal(file []byte) []byte {
	sum := sha256.Sum256(file)
	var m message
	m.bytes(modelMetadata, entry(keyChecksum, hex.EncodeToString(sum[:])))
	return m
}

func (f *Forest) onnx(info []byte) []byte {
	var m message
	m.int(modelIRVersion, irVersion)
	m.text(modelProducer, producer)
	m.text(modelDoc, fmt.Sprintf("Regression forest of %d trees on synthetic data; R² %.3f on held-out rows.", f.info.Trees, f.info.R2))
	m.bytes(modelGraph, f.onnxGraph())
	m.bytes(modelOpset, opset("", opsetDefault))
	m.bytes(modelOpset, opset(domainML, opsetML))
	m.bytes(modelMetadata, entry(keyInfo, string(info)))
	return m
}

func (f *Forest) onnxGraph() []byte {
	var m message
	m.bytes(graphNode, newEnsemble(f).operator())
	m.text(graphName, "forest")
	m.bytes(graphInput, tensor("features", Features))
	m.bytes(graphOutput, tensor("prediction", 1))
	return m
}

// operator writes the ensemble as the one operator of the graph.
func (e *ensemble) operator() []byte {
	var m message
	m.text(operatorInput, "features")
	m.text(operatorOutput, "prediction")
	m.text(operatorName, "forest")
	m.text(operatorType, operator)
	attribute := func(name string, kind int64, value func(*message)) {
		var a message
		a.text(attributeName, name)
		value(&a)
		a.int(attributeType, kind)
		m.bytes(operatorAttribute, a)
	}
	attribute("n_targets", kindInt, func(a *message) { a.int(attributeInt, e.targets) })
	attribute("aggregate_function", kindString, func(a *message) { a.text(attributeString, e.aggregate) })
	attribute("post_transform", kindString, func(a *message) { a.text(attributeString, e.transform) })
	attribute(nodeMode, kindStrings, func(a *message) {
		for _, leaf := range e.leaf {
			mode := modeSplit
			if leaf {
				mode = modeLeaf
			}
			a.text(attributeStrings, mode)
		}
	})
	for _, name := range intColumns() {
		attribute(name, kindInts, func(a *message) { a.packedInts(attributeInts, e.ints[name]) })
	}
	for _, name := range floatColumns() {
		attribute(name, kindFloats, func(a *message) { a.packedFloats(attributeFloats, e.floats[name]) })
	}
	m.text(operatorDomain, domainML)
	return m
}

// tensor declares a float32 tensor of any number of rows.
func tensor(name string, columns int64) []byte {
	var rows, cols, shape, t, typ, m message
	rows.text(dimParam, "N")
	cols.int(dimValue, columns)
	shape.bytes(shapeDim, rows)
	shape.bytes(shapeDim, cols)
	t.int(tensorElem, elemFloat)
	t.bytes(tensorShape, shape)
	typ.bytes(typeTensor, t)
	m.text(valueName, name)
	m.bytes(valueType, typ)
	return m
}

func opset(domain string, version int64) []byte {
	var m message
	m.text(opsetDomain, domain)
	m.int(opsetVersion, version)
	return m
}

func entry(key, value string) []byte {
	var m message
	m.text(entryKey, key)
	m.text(entryValue, value)
	return m
}
