var config = {
    deps: ['child-one']
};
