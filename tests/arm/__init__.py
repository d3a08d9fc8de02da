"""Tests of the ARM template language."""
