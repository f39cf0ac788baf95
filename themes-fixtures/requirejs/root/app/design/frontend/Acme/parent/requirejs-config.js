var config = {
    deps: ['parent']
};
