package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/output"
	"github.com/mlbench/mlbench/servers/model"
)

func newModelCmd(s cli.Streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "model",
		Short: "Make, describe or convert the servers' model",
		Args:  cli.CheckArgs(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newModelTrainCmd(s), newModelInfoCmd(s), newModelExportCmd(s))
	return cmd
}

type modelTrainOptions struct {
	cli.Streams
	model.Options
	output string
	force  bool
}

func newModelTrainCmd(s cli.Streams) *cobra.Command {
	o := modelTrainOptions{Streams: s, Options: model.DefaultOptions()}
	cmd := &cobra.Command{
		Use:   "train",
		Short: "Train a model and say how good it is",
		Args:  cli.CheckArgs(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return modelTrain(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVarP(&o.output, "output", "o", "model.onnx", "model `FILE`, or - for stdout")
	f.BoolVar(&o.force, "force", false, "replace an existing file")
	f.Uint64Var(&o.Seed, "seed", o.Seed, "seed of the problem and of the trees")
	f.IntVar(&o.Rows, "rows", o.Rows, "rows of the problem; a fifth is held out")
	f.IntVar(&o.Trees, "trees", o.Trees, "number of trees")
	f.IntVar(&o.Depth, "depth", o.Depth, "largest depth of a tree")
	return cmd
}

func modelTrain(ctx context.Context, o modelTrainOptions) error {
	if err := o.Validate(); err != nil {
		return cli.Usagef("%s", strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	if err := checkModelOutput(o.output, o.force); err != nil {
		return err
	}
	o.TrainedAt = time.Now()
	f, err := trainUntil(ctx, o.Options)
	if err != nil {
		return err
	}
	took := time.Since(o.TrainedAt)
	var file bytes.Buffer
	if err := f.Write(&file); err != nil {
		return err
	}
	if err := writeModelOutput(o.Streams, o.output, file.Bytes()); err != nil {
		return err
	}
	fmt.Fprintf(o.Err, "trained in %.2f s", took.Seconds())
	if o.output == "-" { // stdout has the model
		fmt.Fprintln(o.Err)
		return printModel(o.Err, f.Info())
	}
	fmt.Fprintf(o.Err, ", saved as %s (%s)\n", o.output, megabytes(file.Len()))
	return printModel(o.Out, f.Info())
}

// trainUntil gives up when ctx ends. The training itself cannot be stopped, but
// it ends with the process, and nothing has been written by then.
func trainUntil(ctx context.Context, o model.Options) (*model.Forest, error) {
	type result struct {
		forest *model.Forest
		err    error
	}
	done := make(chan result, 1)
	go func() {
		f, err := model.Train(o)
		done <- result{f, err}
	}()
	select {
	case r := <-done:
		if r.err != nil { // the options ask for too much
			return nil, cli.Usagef("%w", r.err)
		}
		return r.forest, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

type modelInfoOptions struct {
	cli.Streams
	file   string
	format string
}

func newModelInfoCmd(s cli.Streams) *cobra.Command {
	o := modelInfoOptions{Streams: s}
	cmd := &cobra.Command{
		Use:   "info FILE",
		Short: "Say what a model file holds",
		Args:  cli.CheckArgs(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			o.file = args[0]
			return modelInfo(o)
		},
	}
	cli.Enum(cmd, &o.format, "format", "text", "text or json", "text", "json")
	return cmd
}

func modelInfo(o modelInfoOptions) error {
	f, err := loadModel(o.Streams, o.file)
	if err != nil {
		return err
	}
	if o.format == "text" {
		return printModel(cli.Messages(o.Out), f.Info())
	}
	enc := json.NewEncoder(o.Out)
	enc.SetIndent("", "  ")
	return enc.Encode(struct {
		Schema string `json:"schema"`
		model.Info
	}{"mlbench.model/1", f.Info()})
}

type modelExportOptions struct {
	cli.Streams
	file   string
	to     string
	output string
	force  bool
}

func newModelExportCmd(s cli.Streams) *cobra.Command {
	o := modelExportOptions{Streams: s}
	cmd := &cobra.Command{
		Use:   "export FILE --to FORMAT -o FILE",
		Short: "Convert a model file for another serving stack",
		Args:  cli.CheckArgs(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			o.file = args[0]
			return modelExport(o)
		},
	}
	f := cmd.Flags()
	cli.Enum(cmd, &o.to, "to", "", "`FORMAT`: lightgbm, xgboost or onnx", "lightgbm", "xgboost", "onnx")
	f.StringVarP(&o.output, "output", "o", "", "`FILE` to write, or - for stdout")
	f.BoolVar(&o.force, "force", false, "replace an existing file")
	return cmd
}

func modelExport(o modelExportOptions) error {
	write := map[string]func(*model.Forest, io.Writer) error{
		"lightgbm": (*model.Forest).WriteLightGBM, "xgboost": (*model.Forest).WriteXGBoost, "onnx": (*model.Forest).Write,
	}[o.to]
	if write == nil {
		return cli.Usagef("export to what? add --to lightgbm, xgboost or onnx")
	}
	if o.output == "" {
		return cli.Usagef("export where? add -o FILE, or -o - for stdout")
	}
	if err := checkModelOutput(o.output, o.force); err != nil {
		return err
	}
	f, err := loadModel(o.Streams, o.file)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := write(f, &file); err != nil {
		return err
	}
	if err := writeModelOutput(o.Streams, o.output, file.Bytes()); err != nil {
		return err
	}
	if o.output != "-" {
		fmt.Fprintf(o.Err, "wrote %s: %s as %s, %s\n", o.output, f.Info().Version, o.to, megabytes(file.Len()))
	}
	return nil
}

// loadModel reads a model file, or stdin. What is wrong with a file is the
// caller's mistake; that it cannot be read is not.
func loadModel(s cli.Streams, path string) (f *model.Forest, err error) {
	if path == "-" {
		f, err = model.Read(s.In)
	} else {
		f, err = model.Load(path)
	}
	var unreadable *fs.PathError
	if err != nil && (!errors.As(err, &unreadable) || errors.Is(err, fs.ErrNotExist)) {
		err = cli.Usagef("%w", err)
	}
	return f, err
}

// checkModelOutput finds out before the work whether its result can be kept.
func checkModelOutput(path string, force bool) error {
	if path == "-" {
		return nil
	}
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && !force {
		return cli.Usagef("%s exists: name another file with -o, or replace it with --force", path)
	}
	return output.CheckWritable(path)
}

func writeModelOutput(s cli.Streams, path string, file []byte) error {
	if path == "-" {
		_, err := s.Out.Write(file)
		return err
	}
	return output.WriteAtomically(path, file)
}

func printModel(w io.Writer, m model.Info) error {
	_, err := fmt.Fprintf(w, `version   %s
type      %s, %s
inputs    %d features
size      %d trees, depth %d, %d nodes
data      %d rows to train on, %d held out, seed %d
R²        %.3f on the held-out rows
MSE       %.1f on the held-out rows
trained   %s
`, m.Version, m.Type, m.Framework, m.InputFeatures, m.Trees, m.Depth, m.Nodes,
		m.TrainRows, m.TestRows, m.Seed, m.R2, m.MSE, m.TrainedAt.Format(time.RFC3339))
	return err
}

func megabytes(n int) string { return fmt.Sprintf("%.2f MB", float64(n)/1e6) }
