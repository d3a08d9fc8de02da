"""Secure parameter values, encrypted, in a table that no list joins."""

import uuid

from django.db import models


class SecretParameter(models.Model):
    """One encrypted value, bound to its holder (request or preview id) and name; erased when no longer needed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    holder_id = models.UUIDField()
    name = models.CharField(max_length=120)
    ciphertext = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["holder_id", "name"], name="one_secret_per_name")]

    def __str__(self) -> str:
        return f"secret {self.name}"
