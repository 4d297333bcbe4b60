"""Trains scikit-learn's forest on our rows: python3 sklearn_check.py TABLE

TABLE is JSON: {"x": rows of ten numbers, "y": targets, "train": rows to train
on, "trees": n, "depth": n}. Prints the R2 on the other rows and the number of
nodes. Debian has scikit-learn as python3-sklearn.
"""

import json
import sys

from sklearn.ensemble import RandomForestRegressor

with open(sys.argv[1]) as f:
    t = json.load(f)
n = t["train"]
forest = RandomForestRegressor(t["trees"], max_depth=t["depth"], random_state=0)
forest.fit(t["x"][:n], t["y"][:n])
nodes = sum(tree.tree_.node_count for tree in forest.estimators_)
print(json.dumps({"r2": forest.score(t["x"][n:], t["y"][n:]), "nodes": nodes}))
