"""Predicts with XGBoost: python3 xgboost_check.py MODEL INPUTS

INPUTS is a JSON array of rows of ten numbers; the answers are printed as one.
Debian has XGBoost as python3-xgboost.
"""

import json
import sys

import numpy
import xgboost

model, inputs = sys.argv[1:]
booster = xgboost.Booster(model_file=model)
with open(inputs) as f:
    rows = numpy.array(json.load(f), dtype=numpy.float32)
print(json.dumps([float(y) for y in booster.predict(xgboost.DMatrix(rows))]))
