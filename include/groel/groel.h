// All of GroEL's public API.
#pragma once

#include "groel/error.h"
#include "groel/model.h"
