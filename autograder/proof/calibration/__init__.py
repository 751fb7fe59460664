"""Calibrate the accuracy thresholds of a kit: train its answers from many initial weights."""
