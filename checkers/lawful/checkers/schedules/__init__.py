"""Every schedule of a few clients over a model of a store's primitives: who comes when, who dies, when time passes."""
