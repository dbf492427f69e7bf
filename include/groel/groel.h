// The whole public API of GroEL: a Session, a Model, and a class for each thing that models can do.
#pragma once

#include "groel/array.h"
#include "groel/contacts.h"
#include "groel/embed.h"
#include "groel/error.h"
#include "groel/esm3.h"
#include "groel/fill.h"
#include "groel/generate.h"
#include "groel/model.h"
#include "groel/output.h"
#include "groel/progress.h"
#include "groel/records.h"
#include "groel/score.h"
#include "groel/session.h"
#include "groel/train.h"
