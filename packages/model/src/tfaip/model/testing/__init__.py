"""What tests of scenarios, trainers and predictors need."""
