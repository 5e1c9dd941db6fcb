// Placeholder: plots, sorting and themes come with the script that scripts/build-page makes.
