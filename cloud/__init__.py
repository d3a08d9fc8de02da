"""The gateway to Azure: the only package that imports the Azure SDKs."""
