define([], function () {
    return 2;
});
