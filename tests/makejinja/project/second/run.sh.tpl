#!/bin/sh
echo << name >>
