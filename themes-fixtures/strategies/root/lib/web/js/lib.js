define([], function () {
    return "library";
});
