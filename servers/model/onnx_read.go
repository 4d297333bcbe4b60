package model

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// maxFileSize is far above any forest that Train makes; see maxNodes.
const maxFileSize = 64 << 20

// Read reads a model that Write wrote. It refuses every other file, ONNX or not,
// and one of which a single bit has changed.
func Read(r io.Reader) (*Forest, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxFileSize+1))
	if err != nil {
		return nil, fmt.Errorf("read model: %w", err)
	}
	if err := sniff(b); err != nil {
		return nil, err
	}
	f, err := decode(b)
	if err != nil {
		return nil, err
	}
	body := b[:max(0, len(b)-len(seal(nil)))] // every seal is as long
	if !bytes.Equal(b[len(body):], seal(body)) {
		return nil, errors.New("damaged model file: it is not as mlbench wrote it, by its checksum; restore it or train a new one")
	}
	return f, nil
}

// sniff tells the likely mistakes apart, for a better message than the parser's.
func sniff(b []byte) error {
	switch {
	case len(b) == 0:
		return errors.New("the file is empty")
	case len(b) > maxFileSize:
		return fmt.Errorf("the file is larger than %d MB: not a model of mlbench", maxFileSize>>20)
	case bytes.HasPrefix(b, []byte("tree\n")), bytes.HasPrefix(b, []byte("{")):
		return errors.New("a LightGBM or XGBoost model cannot be loaded: only the ONNX file of 'mlbench model train' can")
	}
	return nil
}

// modelFile is what matters of an ONNX file.
type modelFile struct {
	producer string
	info     []byte
	forests  []*ensemble // operators of the graph
}

// decode parses and checks everything but the checksum.
func decode(b []byte) (*Forest, error) {
	var file modelFile
	err := eachField(b, func(fd field) error {
		switch fd.number {
		case modelProducer:
			file.producer = string(fd.data)
		case modelGraph:
			return file.readGraph(fd.data)
		case modelMetadata:
			return file.readEntry(fd.data)
		}
		return nil
	})
	switch {
	case err != nil && file.producer != producer:
		return nil, fmt.Errorf("not an ONNX model of mlbench: %w", err)
	case err != nil:
		return nil, fmt.Errorf("damaged model file: %w", err)
	case len(file.forests) == 0:
		return nil, errors.New("not an ONNX model of mlbench: it has no " + operator)
	case len(file.forests) > 1:
		return nil, errors.New("not an ONNX model of mlbench: it has more than one operator")
	case len(file.info) == 0:
		return nil, errors.New("not an ONNX model of mlbench: it has no " + keyInfo + " in its metadata")
	}
	nodes, roots, err := file.forests[0].forest()
	if err != nil {
		return nil, fmt.Errorf("damaged model file: %w", err)
	}
	var info Info
	if err := json.Unmarshal(file.info, &info); err != nil {
		return nil, fmt.Errorf("damaged model file: %s: %w", keyInfo, err)
	}
	f := newForest(nodes, roots, info)
	if f.info != info {
		return nil, errors.New("damaged model file: what " + keyInfo + " says is not what the trees are")
	}
	return f, nil
}

func (file *modelFile) readEntry(b []byte) error {
	var key string
	var value []byte
	err := eachField(b, func(fd field) error {
		switch fd.number {
		case entryKey:
			key = string(fd.data)
		case entryValue:
			value = fd.data
		}
		return nil
	})
	if key == keyInfo {
		file.info = value
	}
	if err != nil {
		return fmt.Errorf("metadata: %w", err)
	}
	return nil
}

func (file *modelFile) readGraph(b []byte) error {
	return eachField(b, func(fd field) error {
		if fd.number != graphNode {
			return nil
		}
		e, err := readOperator(fd.data)
		if err != nil {
			return fmt.Errorf("operator: %w", err)
		}
		file.forests = append(file.forests, e)
		if len(file.forests) > 1 {
			return errors.New("the graph has more than one operator")
		}
		return nil
	})
}

func readOperator(b []byte) (*ensemble, error) {
	e := &ensemble{ints: map[string][]int64{}, floats: map[string][]float32{}, transform: "NONE"}
	var typ, domain string
	err := eachField(b, func(fd field) error {
		switch fd.number {
		case operatorType:
			typ = string(fd.data)
		case operatorDomain:
			domain = string(fd.data)
		case operatorAttribute:
			return e.readAttribute(fd.data)
		}
		return nil
	})
	if typ != operator { // a better message than what is wrong with it
		return nil, fmt.Errorf("it is %.40q, not %q", typ, operator)
	}
	if err == nil && domain != domainML {
		err = fmt.Errorf("its domain is %.40q, not %q", domain, domainML)
	}
	return e, err
}

// readAttribute adds one attribute to the ensemble. An attribute that Write does
// not write would change what other runtimes predict: it is refused.
func (e *ensemble) readAttribute(b []byte) error {
	var name string
	var ints []int64
	var floats []float32
	var text string
	var number int64
	var modes []bool
	err := eachField(b, func(fd field) (err error) {
		switch fd.number {
		case attributeName:
			name = string(fd.data)
		case attributeInt:
			number = int64(fd.bits)
		case attributeString:
			text = string(fd.data)
		case attributeInts:
			ints, err = fd.appendInts(ints, maxNodes)
		case attributeFloats:
			floats, err = fd.appendFloats(floats, maxNodes)
		case attributeStrings:
			modes, err = appendMode(modes, fd.data)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("attribute %.40q: %w", name, err)
	}
	switch name {
	case "n_targets":
		e.targets = number
	case "aggregate_function":
		e.aggregate = text
	case "post_transform":
		e.transform = text
	case nodeMode:
		e.leaf = modes
	case nodeValue, leafWeight:
		e.floats[name] = floats
	case nodeTree, nodeID, nodeFeature, nodeTrue, nodeFalse, leafTree, leafNodeID, leafTarget:
		e.ints[name] = ints
	default:
		return fmt.Errorf("attribute %.40q is not one that mlbench writes", name)
	}
	return nil
}

func appendMode(modes []bool, mode []byte) ([]bool, error) {
	switch string(mode) {
	case modeSplit:
		modes = append(modes, false)
	case modeLeaf:
		modes = append(modes, true)
	default:
		return modes, fmt.Errorf("mode %.40q is not one that mlbench writes", mode)
	}
	return modes, checkLimit(len(modes), maxNodes)
}
