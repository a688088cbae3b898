"""Operations of the task store put together from the primitives of a store: the right ways and the wrong ones."""
