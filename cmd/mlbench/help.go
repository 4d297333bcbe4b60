package main

import (
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/docs"
)

// newHelpCmd is cobra's, and shows topics: pages of docs.
func newHelpCmd(s cli.Streams) *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND | TOPIC [WORD]]",
		Short:   "Help for any command, and on topics",
		Example: "  mlbench help compare\n  mlbench help getting-started\n  mlbench help troubleshooting late_generator   # what of a topic has the word",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 && topic(args[0]) != nil {
				return showTopic(s, topic(args[0]), args[1:])
			}
			found, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 && found.HasSubCommands() {
				return unknownHelp(found, rest[0])
			}
			if err := found.Help(); err != nil || found.HasParent() {
				return err
			}
			return listTopics(cmd.OutOrStdout())
		},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			var names []cobra.Completion
			if found, _, err := cmd.Root().Find(args); err == nil {
				for _, c := range found.Commands() {
					if c.IsAvailableCommand() {
						names = append(names, cobra.CompletionWithDesc(c.Name(), c.Short))
					}
				}
			}
			if len(args) == 0 {
				for _, t := range docs.Topics {
					names = append(names, cobra.CompletionWithDesc(t.Name, t.Short))
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
	}
}

func topic(name string) *docs.Topic {
	for i := range docs.Topics {
		if docs.Topics[i].Name == name {
			return &docs.Topics[i]
		}
	}
	return nil
}

// topicWidth is that of topics, unless the terminal is narrower.
const topicWidth = 100

func showTopic(s cli.Streams, t *docs.Topic, words []string) error {
	width, word := topicWidth, ""
	if columns := s.Columns(); columns > 0 {
		width = min(width, columns)
	}
	switch len(words) {
	case 0:
	case 1:
		word = words[0]
	default:
		return cli.Usagef("help %s: found %d words, want one at most", t.Name, len(words))
	}
	text := t.Text(width, word)
	if text == "" || text == "\n" {
		return cli.Usagef("help %s: nothing there has %q: 'mlbench help %s' shows all of it", t.Name, word, t.Name)
	}
	_, err := io.WriteString(s.Out, text)
	return err
}

func listTopics(w io.Writer) error {
	width := 0
	for _, t := range docs.Topics {
		width = max(width, len(t.Name))
	}
	fmt.Fprintln(w, "\nTopics (mlbench help TOPIC):")
	for _, t := range docs.Topics {
		if _, err := fmt.Fprintf(w, "  %-*s  %s\n", width, t.Name, t.Short); err != nil {
			return err
		}
	}
	return nil
}

// unknownHelp is what was typed for a command or a topic, with what was meant.
func unknownHelp(parent *cobra.Command, name string) error {
	var topics []string
	for _, t := range docs.Topics {
		topics = append(topics, t.Name)
	}
	commands := slices.ContainsFunc(parent.Commands(), func(c *cobra.Command) bool { return cli.DidYouMean(name, []string{c.Name()}) != "" })
	if meant := cli.DidYouMean(name, topics); meant != "" && !parent.HasParent() && !commands {
		return cli.Usagef("unknown topic %q%s (see 'mlbench help')", name, meant)
	}
	return cli.UnknownCommand(parent, name)
}
