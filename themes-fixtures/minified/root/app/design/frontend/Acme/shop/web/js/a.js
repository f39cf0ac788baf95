/*! kept */
define(["b"], function (b) {
    "use strict";
    // gone
    return b + 1;
});
