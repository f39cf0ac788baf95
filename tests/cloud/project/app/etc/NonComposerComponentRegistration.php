<?php
// Includes what the list names.
