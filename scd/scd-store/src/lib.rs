//! Content digests, manifests and publishing of whole trees in one step.
