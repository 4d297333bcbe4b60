package verdict

// args are the values of a reason, by their names.
type args = map[string]any
