"""Keeping the portal and Azure true to each other, on a schedule, as the system user. Every sweep may run twice."""
