//! A LESS compiler, byte for byte equal to wikimedia/less.php.
