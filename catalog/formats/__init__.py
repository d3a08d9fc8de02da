"""Readers of what catalogs contain: each turns a file's text into plain values and findings, never an exception."""
