<?php
return ['app/code/*/*/registration.php', 'app/design/*/*/*/registration.php'];
