<?php
return ['MAGE_MODE' => 'production'];
