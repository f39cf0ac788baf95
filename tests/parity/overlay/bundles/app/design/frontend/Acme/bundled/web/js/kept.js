define(['jquery'], function ($) { return 'bundled  \u00e9 é'; });
