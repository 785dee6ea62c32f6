#!/bin/sh
echo json
