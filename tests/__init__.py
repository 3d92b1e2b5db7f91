"""The suite: test_rules, test_ops, test_layers walk the registries; the rest test one module."""
