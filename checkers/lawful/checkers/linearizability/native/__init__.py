"""The search for what the interpreted one does not decide soon: layer by layer, over integers, as native code."""
