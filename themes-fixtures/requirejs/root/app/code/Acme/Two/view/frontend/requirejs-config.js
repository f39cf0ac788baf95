var config = {
    paths: { other: 'https://example.org/other' } // a comment
};
